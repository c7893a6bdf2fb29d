/// Offsets of all intermediate values in one block of memory, reused once a value has been read for the last time.
struct ArenaLayout {
  /// A value's memory from the step that writes it to the last that reads it.
  private struct Lifetime {
    let key: Key
    let byteCount: Int
    let first: Int
    var last: Int
  }

  private enum Key: Hashable {
    case value(ValueName)
    case unnamed(node: Int, position: Int)
  }

  private(set) var locations: [ValueName: ExecutionPlan.Location]
  private(set) var byteCount = 0
  /// Offsets of outputs that the graph does not name, by node and position.
  private(set) var unnamedOutputs: [Int: [Int: Int]] = [:]
  private let roots: [ValueName: ValueName]

  init(_ program: Program, _ inference: TypeInference) {
    roots = inference.aliases
    locations = inference.constants.mapValues(ExecutionPlan.Location.constant)
    for (index, input) in program.graph.inputs.enumerated() {
      locations[input.name] = .input(index)
    }
    place(Self.lifetimes(program, inference))
    for (view, root) in inference.aliases where locations[view] == nil {
      locations[view] = locations[root]
    }
  }

  func offset(of name: ValueName) -> Int? {
    if case .arena(let offset)? = locations[roots[name] ?? name] { offset } else { nil }
  }

  private static func lifetimes(_ program: Program, _ inference: TypeInference) -> [Lifetime] {
    var lifetimes: [Key: Lifetime] = [:]
    let end = inference.executed.count
    for (time, index) in inference.executed.enumerated() {
      let node = program.graph.nodes[index]
      for input in node.inputs.compactMap({ $0 }) {
        lifetimes[.value(inference.root(of: input))]?.last = time
      }
      for (position, type) in inference.outputTypes[index]!.enumerated() {
        let id = position < node.outputs.count ? node.outputs[position] : nil
        let key = id.map(Key.value) ?? .unnamed(node: index, position: position)
        lifetimes[key] = Lifetime(key: key, byteCount: type.byteCount, first: time, last: time)
      }
    }
    for output in program.graph.outputs {
      lifetimes[.value(inference.root(of: output))]?.last = end
    }
    return lifetimes.values.sorted { ($0.byteCount, $1.first) > ($1.byteCount, $0.first) }
  }

  /// Largest first, each at the lowest offset free for its whole lifetime.
  private mutating func place(_ lifetimes: [Lifetime]) {
    var placed: [(range: Range<Int>, lifetime: Lifetime)] = []
    for lifetime in lifetimes {
      let size = (lifetime.byteCount + 63) / 64 * 64
      let conflicts = placed.filter {
        $0.lifetime.first <= lifetime.last && lifetime.first <= $0.lifetime.last
      }.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
      var offset = 0
      for range in conflicts where range.lowerBound < offset + size && !range.isEmpty {
        offset = max(offset, range.upperBound)
      }
      placed.append((offset..<offset + size, lifetime))
      byteCount = max(byteCount, offset + size)
      switch lifetime.key {
      case .value(let name): locations[name] = .arena(offset)
      case .unnamed(let node, let position):
        unnamedOutputs[node, default: [:]][position] = offset
      }
    }
  }
}

import CalibrantEngine
import Foundation
import CalibrantONNXFormat

// What quantization reads of constants, and writes.
extension Graph {
  /// What nodes compute as the model's outputs; in place of a Softmax, what it reads.
  var outputsBeforeSoftmax: [ValueName] {
    let producers = producers()
    return outputs.compactMap { output in
      guard let node = producers[output].map({ nodes[$0] }) else { return nil }
      // Softmax over several axes is one over the rows of a matrix.
      let inner =
        node.is("Reshape") ? node.input(0).flatMap { producers[$0] }.map { nodes[$0] } : node
      return inner?.is("Softmax", "LogSoftmax") ?? false ? inner?.input(0) : output
    }
  }

  /// The float32 values of a constant; nil for other types and for values that nodes compute.
  func floats(_ name: ValueName?) throws(QuantizationError) -> [Float]? {
    guard let name, let constant = constants[name], constant.elementType == .float32 else {
      return nil
    }
    if case .computed(let tensor) = constant { return tensor.array(of: Float.self) }
    return try elements(of: constant, name)
  }

  /// The values of an int64 or int32 constant.
  func integers(_ name: ValueName?) throws(QuantizationError) -> [Int]? {
    guard let name, let constant = constants[name] else { return nil }
    switch constant.elementType {
    case .int64: return try elements(of: constant, name, as: Int64.self).map { Int($0) }
    case .int32: return try elements(of: constant, name, as: Int32.self).map { Int($0) }
    default: return nil
    }
  }

  private func elements<Element: BitwiseCopyable>(
    of constant: ConstantValue, _ name: ValueName, as type: Element.Type = Element.self
  ) throws(QuantizationError) -> [Element] {
    let bytes: Data
    do { bytes = try constant.stored(named: name).payload() } catch { throw .model(error) }
    // Copied, for bytes of a file lie at any alignment.
    let count = bytes.count / MemoryLayout<Element>.stride
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = bytes.copyBytes(to: buffer) / MemoryLayout<Element>.stride
    }
  }

  /// Makes tensors of the float32 constants, which all programs of the graph's parts then share, and what is packed of them.
  mutating func loadFloats() throws(QuantizationError) {
    for (name, constant) in orderedConstants where constant.elementType == .float32 {
      do {
        set(name, to: .computed(try constant.tensor()))
      } catch {
        if case .model(let inner) = error { throw .model(inner) }
        throw .model(.badTensor(name: name, reason: "\(error)"))
      }
    }
  }

  /// Adds a constant, or replaces the one of the same name.
  mutating func store(_ tensor: ModelTensor) { set(tensor.name, to: .stored(tensor)) }

  mutating func store(_ name: ValueName, floats: [Float], dims: [Int]) {
    set(name, to: .computed(Tensor(floats, shape: Shape(dims))))
  }
}

extension Node {
  func int(_ attribute: String) -> Int? { (try? attributes.int(attribute)) ?? nil }

  func float(_ attribute: String) -> Float? { (try? attributes.float(attribute)) ?? nil }

  func ints(_ attribute: String) -> [Int]? { (try? attributes.ints(attribute)) ?? nil }

  func string(_ attribute: String) -> String? {
    if case .string(let value)? = attributes[attribute] { value } else { nil }
  }
}

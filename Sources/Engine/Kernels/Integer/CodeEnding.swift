import CKernels

/// What a layer's sums begin with and what becomes of them, for whole blocks of outputs.
struct CodeEnding: Sendable {
  private let bias: AlignedValues<Int32>
  private let factors: AlignedFloats
  private let offsets: AlignedFloats
  private let output: CodeGrid?
  private let residual: CodeResidual?

  init(_ layer: CodeLayer) {
    let count = ChannelBlocks.count(layer.outputs) * ChannelBlocks.lanes
    bias = AlignedValues(repeating: 0, count: count)
    factors = AlignedFloats(repeating: 0, count: count)
    offsets = AlignedFloats(repeating: 0, count: count)
    for m in 0..<layer.outputs {
      bias[m] = layer.start(m)
      factors[m] = layer.factor(m)
      if !layer.offsets.isEmpty { offsets[m] = layer.offsets[m] }
    }
    (output, residual) = (layer.output, layer.residual)
  }

  /// That of a layer whose sums stay what they are.
  init(sums count: Int) {
    let count = ChannelBlocks.count(count) * ChannelBlocks.lanes
    bias = AlignedValues(repeating: 0, count: count)
    factors = AlignedFloats(repeating: 0, count: count)
    offsets = factors
    (output, residual) = (nil, nil)
  }

  /// From a block on.
  func loops(from block: Int) -> CKCodeEpilogue {
    CKCodeEpilogue(
      bias: bias.base + block * ChannelBlocks.lanes,
      factors: factors.base + block * ChannelBlocks.lanes,
      offsets: offsets.base + block * ChannelBlocks.lanes,
      grid: output?.loops ?? CKCodeGrid(), keepsSums: 0)
  }

  func loops(adding codes: UnsafePointer<UInt8>?) -> CKCodeResidual {
    guard let residual, let codes else { return CKCodeResidual() }
    return CKCodeResidual(
      codes: codes, sum: residual.sum.loops, isSecond: residual.isSecond ? 1 : 0)
  }
}

extension CKByteProduct {
  /// Results go to `output` from an offset on.
  mutating func write(_ output: CodeLayerOutput, at offset: Int, _ ending: CodeEnding) {
    switch output {
    case .codes(let codes, let added):
      y = codes + offset
      residual = ending.loops(adding: added.map { $0 + offset })
    case .values, .sums:
      values = output.values.map { $0 + offset }
      to.keepsSums = output.keepsSums ? 1 : 0
    }
  }
}

/// What a walk knows of a layer's inputs once all samples have passed.
struct LayerInputs {
  let columns: LayerColumns
  /// Of the samples that fit, and of those held out to judge by.
  private(set) var fitted: InputMeans
  private(set) var heldOut: InputMeans
  /// By group; empty where nothing but means is needed, and before the end.
  private(set) var covariances: [InputCovariance] = []
  /// How many rows the covariances are of.
  private(set) var fittedRows = 0
  private var accumulator: CovarianceAccumulator?
  private(set) var heldOutRows: [InputSample] = []

  init(_ columns: LayerColumns, needsCovariances: Bool) {
    self.columns = columns
    fitted = InputMeans(count: columns.groups * columns.depth)
    heldOut = fitted
    accumulator =
      needsCovariances
      ? CovarianceAccumulator(groups: columns.groups, depth: columns.depth) : nil
  }

  mutating func add(
    _ sample: InputSample, isHeldOut: Bool, on executor: some OrderedExecutor
  ) throws {
    if isHeldOut {
      heldOut.add(sample)
      heldOutRows.append(sample)
    } else {
      fitted.add(sample)
      try accumulator?.add(sample, on: executor)
    }
  }

  /// To be called when all samples are in.
  mutating func finish(_ matrix: WeightMatrix, on executor: some OrderedExecutor) throws {
    guard let gathered = accumulator else { return }
    covariances = try gathered.finish(matrix, on: executor)
    fittedRows = gathered.rows
    accumulator = nil
  }

  /// Whether no NaN and no infinity was among them, in either network.
  var areFinite: Bool {
    means.float.allSatisfy(\.isFinite) && means.quantized.allSatisfy(\.isFinite)
  }

  /// Of all samples.
  var means: InputMeans {
    var means = fitted
    means.add(heldOut)
    return means
  }
}

/// Which samples are held out, and how many rows of each are looked at.
struct SamplingPlan: Sendable {
  let unitCount: Int
  let sampleCount: Int

  /// One unit in so many judges what the others suggest.
  private static let heldOutShare = 5
  /// So many samples tell two networks apart.
  private static let judgingSamples = 16
  /// Rows per column, and their bounds: more add nothing (METHODS: 60,000 suffice for any layer).
  private static let rowsPerColumn = 128
  private static let fittedRows = 8192...60_000
  private static let heldOutBytes = 64 << 20
  /// Rows that tell how much of a layer is lost, where nothing is fitted to rows.
  private static let reportedRows = 512

  func isHeldOut(_ unit: Int) -> Bool {
    let share = min(Self.heldOutShare, unitCount)
    return share > 1 && unit % share == share - 1
  }

  /// The units that networks are judged by: those held out, and where they hold few samples others besides, the last first.
  ///
  /// - Parameter samples: how many a unit holds.
  func judges(samples: (_ unit: Int) -> Int) -> [Int] {
    let units = 0..<unitCount
    var judges = units.filter(isHeldOut)
    var count = judges.reduce(0) { $0 + samples($1) }
    for unit in units.reversed() where count < Self.judgingSamples && !isHeldOut(unit) {
      judges.append(unit)
      count += samples(unit)
    }
    return judges.sorted()
  }

  /// Units that judge no network, as many as hold twice the samples of those that do at least.
  ///
  /// - Parameter samples: how many a unit holds.
  func witnesses(samples: (_ unit: Int) -> Int) -> [Int] {
    let judges = judges(samples: samples)
    let wanted = 2 * judges.reduce(0) { $0 + samples($1) }
    var (witnesses, count): ([Int], Int) = ([], 0)
    for unit in Set(0..<unitCount).subtracting(judges).sorted() where count < wanted {
      witnesses.append(unit)
      count += samples(unit)
    }
    return witnesses
  }

  /// Where nothing but means is fitted, and errors are only reported.
  func reportedRowsPerSample(isHeldOut: Bool) -> Int {
    isHeldOut ? max(1, Self.reportedRows / max(sampleCount / Self.heldOutShare, 1)) : 0
  }

  func rowsPerSample(_ columns: LayerColumns, isHeldOut: Bool) -> Int {
    let size = columns.groups * columns.depth
    if isHeldOut {
      let rows = min(max(Self.heldOutBytes / (8 * size), 64), 4096)
      return max(1, rows / max(sampleCount / Self.heldOutShare, 1))
    }
    let wanted = min(
      max(columns.depth * Self.rowsPerColumn, Self.fittedRows.lowerBound),
      Self.fittedRows.upperBound)
    return (wanted + sampleCount - 1) / sampleCount
  }
}

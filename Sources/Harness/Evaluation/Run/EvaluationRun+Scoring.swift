import CalibrantEngine
import CalibrantTasks

extension EvaluationRun {
  /// The arithmetics of what a part holds: the model as the reference of the others, and in each that was asked for.
  var arms: [[Hardware]] { hardware == .exact ? [[.exact]] : [[.exact], hardware.all] }

  /// What a classifier answers on some images.
  ///
  /// - Parameter indices: the position of each image in the data set; nil where they are all of it.
  func score(
    _ model: LoadedModel, on images: any MeasuredSamples, at indices: [Int]? = nil
  ) throws -> RunPart<Ranking> {
    let places = indices ?? Array(0..<images.count)
    let bench = ClassificationBench(
      images: images, at: places, jobs: context.jobs, isQuiet: context.isQuiet)
    return try score(model, bench, places)
  }

  /// The same of any task.
  func score<Task: MeasuredTask>(
    _ model: LoadedModel, on images: any MeasuredSamples, at indices: [Int]? = nil,
    measuring task: Task
  ) throws -> RunPart<Task.Record> {
    var bench = TaskBench(
      images: images, task: task, ComparedOutputs(alone: try model.program()),
      jobs: context.jobs, isQuiet: context.isQuiet)
    bench.isAlone = true
    return try score(model, bench, indices ?? Array(0..<images.count))
  }

  private func score<Bench: ArmBench>(
    _ model: LoadedModel, _ bench: Bench, _ indices: [Int]
  ) throws -> RunPart<Bench.Record> {
    var bench = bench
    let first = try bench.answers(ofOriginal: model, title: model.name)
    var known = [Hardware.exact: first]
    func answers(_ hardware: Hardware) throws -> AnswerPart<Bench.Record> {
      // What clamps nothing computes the same everywhere.
      let effective = model.saturation.isEmpty ? Hardware.exact : hardware
      if let answers = known[effective] { return answers }
      try Interruption.check()
      let answers = try bench.answers(
        of: model, effective, title: "\(model.name), \(effective.rawValue)")
      known[effective] = answers
      return answers
    }
    var part = RunPart(
      images: PartImages(bench.images, at: indices),
      arms: try arms.map { arm in
        try arm.map { .init(hardware: $0, answers: try answers($0)) }
      })
    part.skipped = bench.images.skipped.map(\.path)
    return part
  }
}

extension RunPart {
  /// Wall-clock seconds of all runs; those that several arms share count once.
  var runSeconds: Double {
    var seen: Set<Double> = []
    return arms.joined().map(\.answers.seconds).filter { seen.insert($0).inserted }.reduce(0, +)
  }
}

import ArgumentParser
import Harness

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Is the float model measured the way it was made? Tries known recipes on a sample.",
    discussion: """
      Example: calibrant doctor model.onnx --images test/ --labels labels.txt

      All recipes are tried on 200 images. Those whose loss on the labels is not told from the best one's
      (paired, Holm, 1 %) are tried on up to 800, or on --limit. Of what then still ties, the most usual
      recipe is named.

      The exit code is 1 where the model, the labels or the preprocessing as given are at fault, else 0.
      """)

  /// Enough to tell most recipes apart that the first 200 images leave in doubt.
  private static let defaultLimit = 800

  @Argument(help: "An ONNX file.", completion: .file()) var model: String
  @OptionGroup var images: ImageOptions
  @OptionGroup var ranking: RankingOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var run_: RunOptions
  @OptionGroup var result: ResultOptions

  @Option(help: "Seed of the sample.") var seed: UInt64 = 0

  func run() throws {
    try result.requireWritable(apartFrom: [model, images.images, images.labels])
    let all = try ImageDataset.load(from: images.images, labels: images.labels)
    let dataset = all.limited(to: images.limit ?? Self.defaultLimit, seed: seed)
      .shuffled(seed: seed)
    var options = ImageStore.Options(jobs: run_.workers)
    options.isQuiet = run_.quiet
    options.skipsUnreadable = images.skipUnreadable
    let doctor = try Doctor(model, dataset, output: ranking.output, options: options) {
      try preprocessing.preprocessing(for: $0)
    }
    try result.emit(text: doctor.text, json: doctor.json)
    if !doctor.isSound { throw ExitCode(1) }
  }
}

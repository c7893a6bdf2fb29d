/// What can go wrong in a run, beyond what models, images and data sets have errors of their own for.
public enum HarnessError: Error, Sendable {
  case notAnImageModel(reason: String)
  /// The model's output is no row of class scores per image.
  case notClassScores(shape: String)
  /// Labels that cannot be those of the model.
  case labelsDoNotFit(reason: String)
  case noSuchOutput(name: String, outputs: [String])
  /// Images without labels, where only labels tell anything.
  case noLabels(task: TaskKind)
  /// No image has anything that the task could be measured on.
  case nothingToMeasure(task: TaskKind)
  case classMismatch(modelClasses: Int, highestLabel: Int, className: String)
  case sampleShape(expected: String, actual: String, source: String)
  /// An array for an input that the model does not have; nil where it was not said for which.
  case noSuchInput(name: String?, source: String, inputs: String)
  case missingInput(String, given: [String])
  case sampleType(expected: String, actual: String, value: Double?, source: String, input: String)
  /// Arrays of different numbers of samples.
  case sampleCount(Int, source: String, input: String, others: Int, of: String)
  /// A model that reads other inputs than the samples were made for.
  case inputsDiffer(expected: String, actual: String)
  /// A model whose height and width are open, and cannot be found.
  case openSides(input: String)
  case nothingObserved(reason: String)
  /// A sample to calibrate with holds NaN or infinities.
  case nonFiniteSample(name: String)
  /// A network computes NaN or infinities from finite samples.
  case nonFiniteValues(NonFiniteOrigin)
  /// A file that is to be compared with a model it cannot have been made from.
  case differentModel(path: String, reason: String)
  case unreadableImage(path: String, reason: String)
  case noReadableImages(folder: String)
  case statisticsMismatch(path: String, differences: [String])
  case outputExists(path: String)
  case cannotCreateFolder(path: String, reason: String)
  case noCases(path: String)
  case badOption(String)
  /// A configuration file that is none.
  case badConfiguration(path: String, reason: String)
  /// A model that noise cannot be fed to.
  case notBenchable(reason: String)
  case badBaseline(path: String, reason: String)
  case repeatFailed(model: String)
  /// A saved result that cannot be compared or joined with another.
  case badResult(path: String, reason: String)
}

extension HarnessError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAnImageModel(let reason): "the model is no image classifier: \(reason)"
    case .notClassScores(let shape):
      "the model's output of shape \(shape) is not one row of class scores per image"
    case .noLabels(let task):
      "\(task.rawValue) is measured against labels here, and there are none; compare measures how far quantized files "
        + "agree with the original without any"
    case .nothingToMeasure(let task):
      "the original answers nothing that \(task.rawValue) could be measured on"
    case .labelsDoNotFit(let reason): "labels do not fit the model: \(reason)"
    case .noSuchOutput(let name, let outputs):
      "the model has no output '\(name)'; it has "
        + outputs.map { "'\($0)'" }.joined(separator: ", ")
    case .classMismatch(let classes, let label, let name):
      "the data has class \(label) ('\(name)'), the model scores \(classes) classes "
        + "(is a --labels file missing?)"
    case .sampleShape(let expected, let actual, let source):
      "\(source): samples have shape \(actual), the model reads \(expected)"
    case .noSuchInput(let name, let source, let inputs):
      name.map { "\(source): the model has no input '\($0)'; it reads \(inputs)" }
        ?? "\(source): the model reads \(inputs): say which of them the array is for, as in NAME=FILE, or put all in one .npz"
    case .missingInput(let input, let given):
      "no array is given for the model's input \(input), only \(given.joined(separator: ", "))"
    case .sampleType(let expected, let actual, let value, let source, let input):
      "\(source): holds \(actual)\(value.map { ", \(ReportText.fixed($0, 0)) among it" } ?? ""), where the model's input '\(input)' is \(expected)"
    case .sampleCount(let count, let source, let input, let others, let first):
      "\(source): holds \(ReportText.count(count, "sample")) for input '\(input)', but \(first) \(ReportText.count(others))"
    case .inputsDiffer(let expected, let actual):
      "the model reads \(actual), the samples are for \(expected)"
    case .openSides(let input):
      "the model leaves the size of its input '\(input)' open and runs at none of the usual ones: say it with --resize WxH"
    case .nothingObserved(let reason): "calibration observed nothing: \(reason)"
    case .nonFiniteSample(let name): "\(name) holds NaN or infinite values"
    case .nonFiniteValues(let origin): "the model computes NaN or infinite values: \(origin)"
    case .differentModel(let path, let reason):
      "\(path) is not the same network as the original: \(reason)"
    case .unreadableImage(let path, let reason): "\(path): \(reason)"
    case .noReadableImages(let folder): "\(folder): none of its images can be read"
    case .statisticsMismatch(let path, let differences):
      "\(path) was made from another run (different: \(differences.joined(separator: ", "))); "
        + "delete it or name another file"
    case .outputExists(let path): "\(path) exists and is not a folder"
    case .cannotCreateFolder(let path, let reason): "cannot create \(path): \(reason)"
    case .noCases(let path): "\(path) holds no case: no folder with a model.onnx"
    case .badOption(let text): text
    case .badConfiguration(let path, let reason): "\(path): \(reason)"
    case .notBenchable(let reason): "the model cannot be benchmarked: \(reason)"
    case .badBaseline(let path, let reason): "\(path) cannot serve as a baseline: \(reason)"
    case .repeatFailed(let model): "\(model): a repeat of its benchmark failed"
    case .badResult(let path, let reason): "\(path): \(reason)"
    }
  }
}

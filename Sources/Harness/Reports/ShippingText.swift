import CalibrantTasks

/// What to ship, or why nothing, and the command that comes next.
struct ShippingText {
  let comparison: Comparison
  let shipping: Shipping

  /// nil where nothing but the original was measured.
  init?(_ comparison: Comparison) {
    guard let shipping = comparison.shipping else { return nil }
    (self.comparison, self.shipping) = (comparison, shipping)
  }

  private var facts: ComparisonFacts { comparison.facts }
  private var arm: ArmResult { shipping.file.result }

  var sentence: String {
    switch shipping.finding {
    case .ship: "Ship \(file), \(ReportText.word(arm.verdict)): \(effect)."
    case .closest: "The least is lost by \(file): \(effect)."
    case .undecided:
      "Ship nothing yet: \(ReportText.count(facts.dataset.count, "image")) did not show any file to be within the limits. "
        + "The most promising is \(file): \(effect)\(needed)."
    case .none:
      "Ship nothing: every file is beyond the limits. The least is lost by \(file): \(effect)."
    }
  }

  /// "w4 activation-based auto (models/w4-activation-based-auto.onnx, 288 kB, ÷3.80)"
  private var file: String {
    let parts = [
      arm.file, ReportText.bytes(arm.bytes),
      arm.compression.map { "÷\(ReportText.fixed($0, 2))" },
    ].compactMap(\.self)
    return "\(shipping.file.name) (\(parts.joined(separator: ", ")))"
  }

  /// "top-1 -0.10 points [-0.87, +0.67], on CPUs with VNNI and without"
  private var effect: String {
    let interval = arm.dropInterval.map { " \(ReportText.points($0.negated))" } ?? ""
    let change = "\(comparison.kind.name) \(ReportText.points(-(arm.drop ?? 0))) points\(interval)"
    let agreement =
      facts.minAgreement == nil
      ? ""
      : arm.agreement.map { ", \(facts.task.agreementTitle) \(ReportText.percent($0)) %" } ?? ""
    return change + agreement + hardware
  }

  private var hardware: String {
    guard let exact = arm.hardware?[.exact], let other = arm.hardware?[.noVNNI] else { return "" }
    let (with, without) = (HardwareText.change(exact), HardwareText.change(other))
    return with == without
      ? ", on CPUs with VNNI and without" : " (with VNNI \(with), without \(without))"
  }

  private var needed: String {
    arm.imagesNeeded.map {
      "; about \(ReportText.count(ReportText.roughly($0), "image")) would do if that stays as it is"
    } ?? ""
  }

  /// A command line that follows from the finding; nil where none does, or what was typed is not known.
  var next: String? {
    let command = facts.command
    guard command.first == "compare" else { return nil }
    switch shipping.finding {
    case .ship: return nil
    case .closest: return ReportedCommand.line(command + ["--max-drop", "1"])
    case .undecided:
      guard let place = command.firstIndex(of: "--limit"), place + 1 < command.count,
        let needed = arm.imagesNeeded
      else { return nil }
      var longer = command
      longer[place + 1] = String(ReportText.roughly(needed))
      return ReportedCommand.line(longer)
    case .none:
      guard let file = arm.file, let model = command.dropFirst().first, !model.hasPrefix("-") else {
        return nil
      }
      let images = ReportedCommand.value(of: "--images", in: command).map { ["--data", $0] }
      let samples = ReportedCommand.value(of: "--data", in: command).map { ["--data", $0] }
      guard let data = images ?? samples else { return nil }
      return ReportedCommand.line(
        ["inspect", model, file] + data + ReportedCommand.reading(in: command) + ["-o", "layers"])
    }
  }
}

import Foundation
import CalibrantQuantization

/// The table that `auto` chose the methods of activation ranges by.
public enum RangeChoiceText {
  /// One block per tensor: each candidate's range and what it costs the layers that read the tensor; last, what whole
  /// networks lose.
  public static func render(_ choices: RangeChoices) -> String {
    (choices.tensors.map(render) + [network(choices)]).joined(separator: "\n")
  }

  private static func render(_ choice: RangeChoices.Tensors) -> String {
    let least = choice.scores.map(\.error).min() ?? 0
    let lines = choice.scores.map { score in
      let mark = score.method == choice.method ? "*" : " "
      let relative = least > 0 ? "  (\(ReportText.fixed(score.error / least, 2))x)" : ""
      return "  \(mark) \(score.method.padding(to: 10))  "
        + "[\(ReportText.fixed(Double(score.range.lower), 4)), "
        + "\(ReportText.fixed(Double(score.range.upper), 4))]  "
        + "error \(String(format: "%.4g", score.error))\(relative)"
    }
    return ([choice.names.joined(separator: ", ")] + lines).joined(separator: "\n")
  }

  private static func network(_ choices: RangeChoices) -> String {
    let lines = choices.networks.map { network in
      let mark = network.plan == choices.chosen?.plan ? "*" : " "
      return "  \(mark) \(network.plan.text.padding(to: 12))  "
        + "\(ReportText.fixed(100 * network.error, 3)) % of the outputs' variance"
    }
    return (["the whole network"] + lines).joined(separator: "\n")
  }

  static func json(_ choices: RangeChoices) -> JSONValue {
    .array(
      choices.tensors.map { choice in
        .object([
          .init("tensors", .array(choice.names.map(JSONValue.string))),
          .init("method", .string(choice.method)),
          .init("scores", .array(choice.scores.map(json))),
        ])
      })
  }

  /// What whole networks lose; the method is null where activations have different ones.
  static func networksJSON(_ choices: RangeChoices) -> JSONValue {
    .array(
      choices.networks.map { network in
        .object([
          .init("plan", .string(network.plan.text)),
          .init("method", network.plan.method.map(JSONValue.string) ?? .null),
          .init("outputError", .number(network.error)),
          .init("chosen", .bool(network.plan == choices.chosen?.plan)),
        ])
      })
  }

  private static func json(_ score: RangeChoices.Score) -> JSONValue {
    .object([
      .init("method", .string(score.method)),
      .init("lower", .number(Double(score.range.lower))),
      .init("upper", .number(Double(score.range.upper))), .init("error", .number(score.error)),
    ])
  }
}

extension RangeChoices.Plan {
  fileprivate var text: String {
    switch self {
    case .ownEach: "each its own"
    case .uniform(let method): method
    case .parts: "by parts"
    }
  }

  var method: String? {
    guard case .uniform(let method) = self else { return nil }
    return method
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

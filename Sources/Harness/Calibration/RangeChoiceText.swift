import Foundation
import Quantization

/// The table that `auto` chose the methods of activation ranges by.
public enum RangeChoiceText {
  /// One block per tensor: each candidate's range and what it costs the layers that read the tensor.
  public static func render(_ choices: [RangeSelection.Choice]) -> String {
    choices.map { choice in
      let least = choice.scores.map(\.error).min() ?? 0
      let lines = choice.scores.map { score in
        let mark = score.method == choice.method ? "*" : " "
        let relative = least > 0 ? "  (\(ReportText.fixed(score.error / least, 2))x)" : ""
        return "  \(mark) \(score.method.padding(to: 10))  "
          + "[\(ReportText.fixed(Double(score.range.lower), 4)), "
          + "\(ReportText.fixed(Double(score.range.upper), 4))]  "
          + "error \(String(format: "%.4g", score.error))\(relative)"
      }
      return ([choice.tensors.joined(separator: ", ")] + lines).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  static func json(_ choices: [RangeSelection.Choice]) -> JSONValue {
    .array(
      choices.map { choice in
        .object([
          .init("tensors", .array(choice.tensors.map(JSONValue.string))),
          .init("method", .string(choice.method)),
          .init("scores", .array(choice.scores.map(json))),
        ])
      })
  }

  private static func json(_ score: RangeSelection.Score) -> JSONValue {
    .object([
      .init("method", .string(score.method)),
      .init("lower", .number(Double(score.range.lower))),
      .init("upper", .number(Double(score.range.upper))), .init("error", .number(score.error)),
    ])
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

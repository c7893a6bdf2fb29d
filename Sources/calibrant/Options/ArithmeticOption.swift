import ArgumentParser
import CalibrantEngine

extension Arithmetic: ExpressibleByArgument {}

/// How quantized layers are computed.
struct ArithmeticOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How quantized layers are computed: integer (on their codes, exactly, as integer hardware does) or float (on the \
      values that codes stand for; what no-vnni clamps is computed on codes all the same).
      """, valueName: "integer|float"))
  var arithmetic = Arithmetic.integer
}

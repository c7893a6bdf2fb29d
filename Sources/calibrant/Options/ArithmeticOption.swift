import ArgumentParser
import Engine

extension Arithmetic: ExpressibleByArgument {}

/// How quantized layers are computed.
struct ArithmeticOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How quantized layers are computed: float (on the values that codes stand for) or integer (on the codes, exactly, \
      and faster).
      """, valueName: "float|integer"))
  var arithmetic = Arithmetic.float
}

import ArgumentParser
import CalibrantHarness

extension HardwareChoice: ExpressibleByArgument {}

/// Whose arithmetic 8-bit layers are computed in.
struct HardwareOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How 8-bit layers add up: exact (x86 with VNNI, ARM), no-vnni (Intel before Ice Lake and Cascade Lake, AMD before \
      Zen 4, which clamp sums of two products), or both.
      """, valueName: "exact|no-vnni|both"))
  var hardware: HardwareChoice?
}

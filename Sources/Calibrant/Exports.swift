// What users of the facade have in their hands: values that it takes and gives, and nothing else of the modules behind it.

@_exported import struct CalibrantHarness.ArmResult
@_exported import struct CalibrantHarness.Comparison
@_exported import enum CalibrantHarness.EvaluationOutcome
@_exported import struct CalibrantHarness.Failure
@_exported import struct CalibrantHarness.Interval
@_exported import struct CalibrantHarness.QuantizationOptions
@_exported import struct CalibrantHarness.QuantizedFileSummary
@_exported import struct CalibrantHarness.RuntimeTarget
@_exported import enum CalibrantHarness.StandardTargets
@_exported import enum CalibrantHarness.TaskKind
@_exported import struct CalibrantHarness.TaskSettings
@_exported import enum CalibrantHarness.Verdict
@_exported import struct CalibrantImaging.Preprocessing

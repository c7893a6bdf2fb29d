// What users of the facade have in their hands: values that it takes and gives, and nothing else of the modules behind it.

@_exported import struct Harness.ArmResult
@_exported import struct Harness.Comparison
@_exported import enum Harness.EvaluationOutcome
@_exported import struct Harness.Failure
@_exported import struct Harness.Interval
@_exported import struct Harness.QuantizationOptions
@_exported import struct Harness.QuantizedFileSummary
@_exported import struct Harness.RuntimeTarget
@_exported import enum Harness.StandardTargets
@_exported import enum Harness.TaskKind
@_exported import struct Harness.TaskSettings
@_exported import enum Harness.Verdict
@_exported import struct Imaging.Preprocessing

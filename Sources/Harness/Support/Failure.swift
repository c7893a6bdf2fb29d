import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import CalibrantTasks

/// An error as the command line shows it: the one place where text and exit code are decided.
public struct Failure {
  public let text: String
  public let exitCode: Int32
  /// False for errors of the argument parser, which has texts and codes of its own.
  public let isOurs: Bool

  /// Exit codes as sysexits.h names them.
  public enum Code {
    public static let usage: Int32 = 64
    public static let badData: Int32 = 65
    public static let missingInput: Int32 = 66
    public static let internalError: Int32 = 70
    public static let cannotWrite: Int32 = 73
    public static let interrupted: Int32 = 130
  }

  public init(_ error: any Error) {
    text = "\(error)"
    let code = Self.knownCode(error)
    exitCode = code ?? Code.internalError
    isOurs = code != nil
  }

  /// nil for an error that is not ours. Not an overload of `code(of:)`: with its optional result it would be preferred
  /// to those below, and call itself.
  private static func knownCode(_ error: any Error) -> Int32? {
    switch error {
    case let error as ModelError: code(of: error)
    case let error as GraphError:
      if case .model(let inner) = error { code(of: inner) } else { Code.badData }
    case let error as QuantizationError: code(of: error)
    case let error as HarnessError: code(of: error)
    case let error as DatasetError: code(of: error)
    case let error as StatisticsFileError: code(of: error)
    case let error as BoxLabelError: code(of: error)
    case is ImagingError, is ImageEncodingError, is TaskError: Code.badData
    case is UnavailableKernels: Code.usage
    case is Interrupted: Code.interrupted
    default: nil
    }
  }

  private static func code(of error: ModelError) -> Int32 {
    switch error {
    case .missingFile, .unreadableFile: Code.missingInput
    case .cannotWrite, .tooLargeToWrite: Code.cannotWrite
    default: Code.badData
    }
  }

  private static func code(of error: QuantizationError) -> Int32 {
    switch error {
    case .model(let inner): code(of: inner)
    case .unmatchedPattern: Code.usage
    default: Code.badData
    }
  }

  private static func code(of error: HarnessError) -> Int32 {
    switch error {
    case .badOption, .noSuchOutput, .noLabels: Code.usage
    case .outputExists, .cannotCreateFolder: Code.cannotWrite
    case .repeatFailed: Code.internalError
    default: Code.badData
    }
  }

  private static func code(of error: DatasetError) -> Int32 {
    switch error {
    case .missing, .unreadable: Code.missingInput
    default: Code.badData
    }
  }

  private static func code(of error: BoxLabelError) -> Int32 {
    switch error.fault {
    case .missingFile, .unreadable: Code.missingInput
    default: Code.badData
    }
  }

  private static func code(of error: StatisticsFileError) -> Int32 {
    switch error {
    case .unreadable: Code.missingInput
    case .unwritable: Code.cannotWrite
    default: Code.badData
    }
  }
}

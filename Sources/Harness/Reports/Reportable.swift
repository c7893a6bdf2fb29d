/// What a command found out, as any report format can write it down.
public protocol Reportable: Sendable {
  /// For formats that lay a result out for people.
  var document: ReportDocument { get }

  /// For terminals, in lines; what names hold is escaped where it could control one.
  var text: String { get }

  /// For scripts, with a newline at the end.
  var json: String { get }

  /// Image by image, as CSV with a header; nil where a result is of no single images.
  var recordsCSV: String? { get }

  /// Results as model cards state them; nil where no model was measured by itself.
  var modelIndex: ModelIndex? { get }
}

extension Reportable {
  public var recordsCSV: String? { nil }
  public var modelIndex: ModelIndex? { nil }
}

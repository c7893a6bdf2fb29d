/// A session behind a reference, so that a worker's closure can keep it.
package final class SessionBox {
  package var session: Session

  package init(_ program: Program) { session = Session(program) }
}

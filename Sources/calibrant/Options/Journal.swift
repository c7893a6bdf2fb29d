import Harness

/// Where solved layers are kept while a run with this statistics file is under way.
func journalPath(beside statistics: String) -> String { statistics + ".layers" }

/// The file of solved layers beside a statistics file; says so where an interrupted run left one.
func openJournal(
  beside statistics: String, _ model: LoadedModel, _ run: RunOptions
) throws -> WalkJournal {
  let journal = try WalkJournal(path: journalPath(beside: statistics), modelSHA256: model.sha256)
  if let complaint = journal.complaint { note("warning: \(complaint)", quiet: false) }
  if journal.count > 0 {
    note(
      "\(journal.path) keeps \(journal.count) layers of an interrupted run; "
        + "those that the same options would give are taken over", quiet: run.quiet)
  }
  return journal
}

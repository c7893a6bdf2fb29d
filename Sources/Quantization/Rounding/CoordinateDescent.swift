/// Moves one code at a time to its best value given all others, as long as that lowers (s·q − w) H (s·q − w)ᵀ.
enum CoordinateDescent {
  static func improve(
    _ rows: inout RowCodes, _ target: [Double], _ hessian: [Double], span: Double, sweeps: Int
  ) {
    let columns = rows.columns
    var gradients = multiplied(rows.difference(from: target), by: hessian, columns: columns)
    hessian.withUnsafeBufferPointer { hessian in
      gradients.withUnsafeMutableBufferPointer { gradients in
        rows.codes.withUnsafeMutableBufferPointer { codes in
          for row in 0..<rows.scales.count {
            let low = rows.lowest[row]
            for _ in 0..<sweeps {
              let moved = sweep(
                codes.baseAddress! + row * columns, gradients.baseAddress! + row * columns,
                hessian.baseAddress!, columns, rows.scales[row], low...low + span)
              if !moved { break }
            }
          }
        }
      }
    }
  }

  /// One pass over the codes of a row. `gradient` is (s·q − w) H and stays so.
  private static func sweep(
    _ codes: UnsafeMutablePointer<Double>, _ gradient: UnsafeMutablePointer<Double>,
    _ hessian: UnsafePointer<Double>, _ columns: Int, _ scale: Double, _ window: ClosedRange<Double>
  ) -> Bool {
    var moved = false
    for column in 0..<columns {
      let line = hessian + column * columns
      let best = codes[column] - gradient[column] / (line[column] * scale)
      let code = min(max(roundedHalfEven(best), window.lowerBound), window.upperBound)
      guard code != codes[column] else { continue }
      let change = (code - codes[column]) * scale
      codes[column] = code
      for i in 0..<columns { gradient[i] += change * line[i] }
      moved = true
    }
    return moved
  }
}

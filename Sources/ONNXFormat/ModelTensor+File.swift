import Foundation
import SwiftProtobuf

extension ModelTensor {
  /// Reads a lone TensorProto, as the files of ONNX conformance cases hold it.
  public init(serialized data: Data) throws(ModelError) {
    do {
      self.init(try Onnx_TensorProto(serializedBytes: data, partial: true))
    } catch {
      throw .badTensor(name: "", reason: "its protobuf encoding is damaged or cut short (\(error))")
    }
  }
}

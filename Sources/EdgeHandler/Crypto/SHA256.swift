/// SHA-256 (FIPS 180-4).
public enum SHA256 {
  public static func digest(_ message: [UInt8]) -> [UInt8] { [] }
}

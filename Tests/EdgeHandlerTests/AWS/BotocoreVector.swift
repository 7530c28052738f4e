struct BotocoreVector: Sendable {
  let host: String
  let region: String
  let path: String
  let now: Int64
  let accessKeyId: String
  let secretAccessKey: String
  let signature: String

  static let all = [
    BotocoreVector(
      host: "s3.eu-central-1.amazonaws.com", region: "eu-central-1",
      path: "/photos/2026/a.jpg",
      now: 1_767_225_600, accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret",
      signature: "d446eb53f6ee7b7a9af4895d67cd56831df42614363ffc9dab65f59b0542ced3"),
    BotocoreVector(
      host: "127.0.0.1:9000", region: "us-east-1",
      path: "/bucket/a%20b%2Bc.jpg",
      now: 1_709_210_096, accessKeyId: "rclone", secretAccessKey: "pass/word+=",
      signature: "4bcd0f74b0793b828117e968837013530f5e4712aea36eb7865157c881d47b05"),
    BotocoreVector(
      host: "abc123.r2.cloudflarestorage.com", region: "auto",
      path: "/media/%C3%84pfel%20%26%20Birnen/%C3%BC%281%29%27%21%2A.png",
      now: 1_893_456_000, accessKeyId: "0123456789abcdef", secretAccessKey: "fedcba9876543210",
      signature: "aa3beb23e5eea17851c8c80e83548b739dee47832bf3001e75ae0e2c216249f0"),
    BotocoreVector(
      host: "s3.amazonaws.com", region: "us-east-1",
      path: "/b//double/../dots/./x%252F~.gif",
      now: 951_868_799, accessKeyId: "A", secretAccessKey: "k",
      signature: "fc958d0b9c4a6c4eec307b4101385f5cb8afaeedf8e5c30d4ce74343d7926da2"),
    BotocoreVector(
      host: "s3.us-west-2.amazonaws.com", region: "us-west-2",
      path: "/b/" + String(repeating: "x", count: 300) + "/%25E4",
      now: 4_107_542_400, accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      signature: "ffdda8305683fa883d29c834fdd00e98e69786b3e86dfe5e10b5306e69757e0e"),
  ]
}

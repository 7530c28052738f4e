// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
// What walks over every pixel is optimised in debug builds too: the tests draw thousands of pictures.
let fastC: [CSetting] = [.unsafeFlags(["-O2"], .when(configuration: .debug))]

let package = Package(
  name: "imgedge",
  products: [
    .executable(name: "imgedge", targets: ["imgedge"]),
    .executable(name: "edge", targets: ["HostShim"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // The decisions. Builds for Linux and as Embedded Swift for wasm.
    .target(
      name: "EdgeHandler",
      dependencies: [.product(name: "HTTPTypes", package: "swift-http-types")],
      swiftSettings: strict),
    .executableTarget(
      name: "HostShim", dependencies: ["EdgeHandler"],
      swiftSettings: strict + [.enableExperimentalFeature("Extern")]),

    // The native host, one target a concern.
    .systemLibrary(name: "CVipsLibrary", path: "Sources/CVipsLibrary", pkgConfig: "vips"),
    // These come with libvips, which stands on them.
    .target(
      name: "CVips", dependencies: ["CVipsLibrary"], path: "Sources/CVips", cSettings: fastC,
      linkerSettings: [
        .linkedLibrary("webp"), .linkedLibrary("jpeg"), .linkedLibrary("gmodule-2.0"), .linkedLibrary("tiff"),
        .linkedLibrary("lcms2"),
      ]),
    // librsvg comes with libvips, and with it cairo, gdk-pixbuf and libxml2.
    .systemLibrary(name: "CLibrsvgLibrary", path: "Sources/CLibrsvgLibrary", pkgConfig: "librsvg-2.0"),
    .systemLibrary(name: "CLibxmlLibrary", path: "Sources/CLibxmlLibrary", pkgConfig: "libxml-2.0"),
    .target(
      name: "CDrawing", dependencies: ["CLibrsvgLibrary"], path: "Sources/CDrawing",
      linkerSettings: [.linkedLibrary("webp")]),
    .target(name: "CIsolation", path: "Sources/CIsolation"),
    // Needs the headers of libavif alone, and does without where there are none.
    .target(name: "CAVIF", path: "Sources/CAVIF"),
    .systemLibrary(name: "CDeflateLibrary", path: "Sources/CDeflateLibrary", pkgConfig: "libdeflate"),
    .target(
      name: "Fairness", dependencies: ["EdgeHandler"], path: "Sources/NativeHost/Fairness", swiftSettings: strict),
    .target(
      name: "Pixels",
      dependencies: [
        "EdgeHandler", "Fairness", "CAVIF", "CDeflateLibrary", "CDrawing", "CIsolation", "CLibxmlLibrary", "CVips",
        "CZlibLibrary",
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      path: "Sources/NativeHost/Pixels",
      swiftSettings: strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
    .systemLibrary(name: "CCurlLibrary", path: "Sources/CCurlLibrary", pkgConfig: "libcurl"),
    // libcurl and libvips stand on it.
    .systemLibrary(name: "CZlibLibrary", path: "Sources/CZlibLibrary", pkgConfig: "zlib"),
    .systemLibrary(name: "CCryptoLibrary", path: "Sources/CCryptoLibrary", pkgConfig: "libcrypto"),
    .target(
      name: "Secrets", dependencies: ["EdgeHandler", "CCryptoLibrary"], path: "Sources/NativeHost/Secrets",
      swiftSettings: strict),
    .target(name: "CCurl", dependencies: ["CCurlLibrary"], path: "Sources/CCurl"),
    .target(
      name: "Net",
      dependencies: [
        "EdgeHandler", "Fairness", "CCurl", "CZlibLibrary", .product(name: "NIOCore", package: "swift-nio"),
      ],
      path: "Sources/NativeHost/Net", swiftSettings: strict),
    .target(
      name: "Outputs",
      dependencies: [
        "EdgeHandler",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Sources/NativeHost/Outputs", swiftSettings: strict),
    .systemLibrary(name: "CSQLiteLibrary", path: "Sources/CSQLiteLibrary", pkgConfig: "sqlite3"),
    .target(
      name: "Records", dependencies: ["EdgeHandler", "CSQLiteLibrary"], path: "Sources/NativeHost/Records",
      swiftSettings: strict),
    .target(
      name: "Server",
      dependencies: [
        "EdgeHandler", "Fairness", "Pixels", "Net", "Outputs", "Records", "Secrets",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Sources/NativeHost/Server", resources: [.copy("Samples")], swiftSettings: strict),
    .executableTarget(
      name: "imgedge",
      dependencies: [
        "EdgeHandler", "Net", "Pixels", "Secrets", "Server",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Sources/NativeHost/CLI", swiftSettings: strict),

    // What a decision costs, for `make bench`.
    .executableTarget(
      name: "handler-cost",
      dependencies: ["EdgeHandler", .product(name: "HTTPTypes", package: "swift-http-types")],
      path: "bench/HandlerCost", swiftSettings: strict),

    // The loop over steps for hosts that are played, by tests and by the fuzzer.
    .target(name: "EdgeTesting", dependencies: ["EdgeHandler"], swiftSettings: strict),
    // What several test targets need.
    .target(name: "TestSupport", path: "Tests/Support", exclude: ["look.py"], swiftSettings: strict),
    .testTarget(
      name: "EdgeHandlerTests", dependencies: ["EdgeHandler", "EdgeTesting", "TestSupport"],
      exclude: ["Builds/transcripts.js"],
      swiftSettings: strict),
    .testTarget(
      name: "NativeHostTests",
      dependencies: [
        "EdgeHandler", "EdgeTesting", "Fairness", "Pixels", "Net", "Outputs", "Records", "Secrets", "Server",
        "TestSupport",
        "CSQLiteLibrary", "imgedge",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: strict),
    // Reads its cases where they lie, and runs programs: the two builds under test.
    .testTarget(
      name: "ConformanceTests", dependencies: ["TestSupport", "imgedge"],
      exclude: ["Cases", "Fixtures", "Support", "README.md"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// libFuzzer has the main function, so these link with `--sanitize fuzzer` only: `make fuzz`.
if Context.environment["FUZZ"] != nil {
  package.targets += [
    .executableTarget(
      name: "fuzz-handler", dependencies: ["EdgeHandler", "EdgeTesting"], path: "fuzz/Handler", swiftSettings: strict),
    .executableTarget(
      name: "fuzz-pixels",
      dependencies: ["EdgeHandler", "Pixels", .product(name: "NIOCore", package: "swift-nio")],
      path: "fuzz/Pixels", swiftSettings: strict),
  ]
}

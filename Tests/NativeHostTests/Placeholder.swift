import Testing

@Suite struct NativeHostPlaceholder {
}

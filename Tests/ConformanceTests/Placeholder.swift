import Testing

@Suite struct ConformancePlaceholder {
}

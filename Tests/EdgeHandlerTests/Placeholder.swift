import Testing

@Suite struct EdgeHandlerPlaceholder {
}

/// A flow that performs nothing but exchanges, one after the other.
public indirect enum Exchanges<Value: Sendable>: Sendable {
  case done(Value)
  case exchange(ExchangeRequest, then: @Sendable (ExchangeResult) -> Exchanges<Value>)
}

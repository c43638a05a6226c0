/**
 * Names of attributes, in the order in which they are asked: OpenTelemetry's conventions for generative AI (1.38,
 * in development), their older names, OpenInference's, and MLflow's.
 */
export const NAMES = {
  operation: ["gen_ai.operation.name", "openinference.span.kind", "mlflow.spanType"],
  model: ["gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "mlflow.llm.model"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"],
  cost: ["gen_ai.usage.cost", "llm.cost.total"],
  error: ["error.type", "exception.type"],
  input: ["gen_ai.input.messages", "gen_ai.prompt", "input.value", "mlflow.spanInputs"],
  output: ["gen_ai.output.messages", "gen_ai.completion", "output.value", "mlflow.spanOutputs"],
  system: ["gen_ai.system_instructions"],
  variables: ["llm.prompt_template.variables"],
} as const;

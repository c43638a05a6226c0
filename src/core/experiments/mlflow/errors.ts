/** MLflow's codes of errors that its clients tell apart, with the status of each. */
const STATUS = { INVALID_PARAMETER_VALUE: 400, RESOURCE_ALREADY_EXISTS: 400, RESOURCE_DOES_NOT_EXIST: 404, ENDPOINT_NOT_FOUND: 404, PERMISSION_DENIED: 403, INTERNAL_ERROR: 500 } as const;

/** What MLflow's clients are answered instead of a result. */
export class MlflowError extends Error {
  readonly code: keyof typeof STATUS;
  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.name = "MlflowError";
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

export function invalid(message: string): MlflowError {
  return new MlflowError("INVALID_PARAMETER_VALUE", message);
}

export function missing(what: string, id: string): MlflowError {
  return new MlflowError("RESOURCE_DOES_NOT_EXIST", `There is no ${what} ${JSON.stringify(id)}.`);
}

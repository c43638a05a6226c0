import { JudgeError } from "../model.ts";

type Vector = readonly number[];

/** −1 … 1; 0 where one of them is all zeros. @throws {JudgeError} for vectors of different dimensions. */
export function cosine(a: Vector, b: Vector): number {
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}

/** @throws {JudgeError} for vectors of different dimensions. */
export function dot(a: Vector, b: Vector): number {
  sameDimension(a, b);
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

/** The distance of two vectors, from 0 on. @throws {JudgeError} for vectors of different dimensions. */
export function euclidean(a: Vector, b: Vector): number {
  sameDimension(a, b);
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value - (b[index] as number)) ** 2, 0));
}

function sameDimension(a: Vector, b: Vector): void {
  if (a.length !== b.length) throw new JudgeError(`The embeddings to compare have ${a.length} and ${b.length} dimensions: they come from different models.`);
}

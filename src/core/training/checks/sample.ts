import { createRandom } from "../../regression/statistics/random.ts";

/** A uniform sample of what comes, of a size that does not grow with it (Vitter's algorithm R, 1985); the same for the same rows. */
export class Sample<T> {
  readonly items: T[] = [];
  seen = 0;
  private readonly most: number;
  private readonly random = createRandom(20_261_125);

  constructor(most: number) {
    this.most = most;
  }

  add(make: () => T): void {
    this.seen++;
    if (this.items.length < this.most) this.items.push(make());
    else {
      const at = Math.floor(this.random.uniform() * this.seen);
      if (at < this.most) this.items[at] = make();
    }
  }
}

/** Numbers that there will be as many of as a file has rows: a typed array that grows. */
export class NumberColumn {
  private values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index]!;
  }

  toArray(): Float64Array {
    return this.values.subarray(0, this.length);
  }
}

/** Which row first had a hash: an open-addressed table, at 12 bytes an entry where a `Map` takes 80. */
export class FirstSeen {
  private keys = new Float64Array(2048).fill(-1);
  private rows = new Int32Array(2048);
  private size = 0;

  /** The first row with this hash (from 0 on), and that is `row` where there was none. */
  note(hash: number, row: number): number {
    if (this.size * 2 >= this.keys.length) this.grow();
    const slot = this.slot(hash);
    if (this.keys[slot] === hash) return this.rows[slot]!;
    this.keys[slot] = hash;
    this.rows[slot] = row;
    this.size++;
    return row;
  }

  private slot(hash: number): number {
    const mask = this.keys.length - 1;
    let slot = (hash % 0x7fff_ffff) & mask;
    while (this.keys[slot] !== -1 && this.keys[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, rows } = this;
    this.keys = new Float64Array(keys.length * 2).fill(-1);
    this.rows = new Int32Array(rows.length * 2);
    for (const [at, key] of keys.entries()) {
      if (key === -1) continue;
      const slot = this.slot(key);
      this.keys[slot] = key;
      this.rows[slot] = rows[at]!;
    }
  }
}

/**
 * Works through the items, `most` at a time. The first failure stops what has not begun; what has is
 * waited for, since its answers are paid, and then the failure is rethrown.
 * @param isOver begins nothing more once it holds.
 */
export async function pool<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>, isOver: () => boolean = () => false): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const one = async () => {
    while (failures.length === 0 && next < items.length && !isOver()) {
      try {
        await work(items[next++] as T);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one));
  if (failures.length > 0) throw failures[0];
}

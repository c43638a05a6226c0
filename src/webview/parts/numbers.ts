const plain = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const money = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumSignificantDigits: 3 });

/** A case's value as people read it. */
export function valueWords(metric: string, value: number): string {
  switch (metric) {
    case "pass":
      return percent.format(value);
    case "latency":
      return value < 1000 ? `${Math.round(value)} ms` : `${plain.format(value / 1000)} s`;
    case "cost":
      return money.format(value);
    default:
      return plain.format(value);
  }
}

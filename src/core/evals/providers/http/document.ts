const MOST_CHARACTERS = 800;
/** PNG (RFC 2083): 1 × 1, 8-bit grey, white. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==";

/** A document to upload where the suite has none: one page with a line of text, or a picture of one white point. */
export function generated(format: "pdf" | "png", text: string): { filename: string; content: Buffer } {
  return { filename: `document.${format}`, content: format === "pdf" ? pdf(text) : Buffer.from(PNG, "base64") };
}

/** PDF 1.4 (ISO 32000): catalog, page, font and content, with the table of their offsets. */
function pdf(text: string): Buffer {
  const line = text.replace(/\s+/g, " ").trim().slice(0, MOST_CHARACTERS).replace(/[\\()]/g, "\\$&");
  const content = `BT /F 14 Tf 60 740 Td (${line}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F 4 0 R >> >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /Length ${Buffer.byteLength(content)} >>\nstream\n${content}\nendstream`,
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = Buffer.byteLength(file);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = [`0000000000 65535 f \n`, ...offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`)].join("");
  return Buffer.from(`${file}xref\n0 ${objects.length + 1}\n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${Buffer.byteLength(file)}\n%%EOF\n`);
}

// How long a text is in a channel's own unit, and a field as high as its text.
export const lengthOf = (text, unit) => (unit === "bytes" ? new TextEncoder().encode(text).length : [...text].length)

/** Browsers without `field-sizing` grow the field by script. */
export function grow(field) {
  if (CSS.supports("field-sizing", "content")) return
  field.style.blockSize = "auto"
  field.style.blockSize = `${field.scrollHeight}px`
}

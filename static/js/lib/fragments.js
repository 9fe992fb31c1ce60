// Elements that find their own place: a message by (at, seq), a row by time; the same id replaces, never doubles.
import { fill } from "lib/times"

export function parse(html) {
  const template = document.createElement("template")
  template.innerHTML = html
  fill(template.content)
  return template.content
}

/** Brings `old` to what `fresh` says, child by child: what did not change keeps its place, focus and player. */
export function patch(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name)
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
  const before = [...old.children], after = [...fresh.children]
  if (before.length !== after.length) return old.replaceChildren(...fresh.childNodes)
  before.forEach((child, i) => child.isEqualNode(after[i]) || child.replaceWith(after[i]))
}
const KEPT = new Set(["data-joined", "data-continued", "data-draft", "tabindex"]) // put there by scripts

// ISO times of one format compare as text; seq settles messages of one instant.
const after = (a, b) =>
  a.dataset.at === b.dataset.at ? Number(a.dataset.seq || 0) > Number(b.dataset.seq || 0) : a.dataset.at > b.dataset.at

/** Puts a message where its time says: it is nearly always the last. */
export function placeUpwards(container, element, selector) {
  let mate = container.lastElementChild
  while (mate && (!mate.matches(selector) || after(mate, element))) mate = mate.previousElementSibling
  if (mate) mate.after(element)
  else container.prepend(element)
}

/** Puts a row where its time says, newest first. */
export function placeDownwards(container, element, selector) {
  for (const mate of container.querySelectorAll(`:scope > ${selector}`)) {
    if (mate !== element && after(element, mate)) return mate.before(element)
  }
  const foot = container.querySelector(":scope > .more, :scope > .end-of-list")
  if (foot) foot.before(element)
  else container.append(element)
}

// What a row cannot know when it is drawn for everybody: which one I read, where my keyboard is, what I drafted.
//
// @example
// <ol class="rows" data-controller="rows" data-action="keydown->rows#walk list:drawn@window->rows#draw
//     shortcut:j@window->rows#next shortcut:k@window->rows#previous draft:changed@window->rows#draw">
//   <li class="row" data-id="7"><a class="name" href="…/7/">…</a> <p class="written"><span data-draft-words></span></p></li></ol>
import { Controller } from "stimulus"
import { read } from "lib/drafts"

export default class extends Controller {
  connect() {
    this.draw()
  }

  draw() {
    const path = location.pathname
    for (const row of this.rows) {
      const link = this.link(row)
      if (link.pathname === path) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
      link.tabIndex = -1
      this.drafted(row, link.pathname === path ? "" : read(row.dataset.id))
    }
    const home = this.focused ?? this.current ?? this.rows[0]
    if (home) this.link(home).tabIndex = 0
  }

  drafted(row, text) {
    row.toggleAttribute("data-draft", Boolean(text))
    if (text) row.querySelector("[data-draft-words]").textContent = text
  }

  /** Opening reads: the badge falls now, the server says so a moment later. */
  seen({ detail: { id } }) {
    this.element.querySelector(`.row[data-id="${CSS.escape(id)}"] .count`)?.remove()
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const edge = { Home: 0, End: this.rows.length - 1 }[event.key]
    if (step === undefined && edge === undefined) return
    event.preventDefault()
    this.focus(edge !== undefined ? this.rows[edge] : this.beside(this.focused, step))
  }

  next() {
    this.go(1)
  }

  previous() {
    this.go(-1)
  }

  /** J and K read on: they open the neighbour of what is open, or else walk. */
  go(step) {
    const row = this.beside(this.current ?? this.focused, step)
    this.focus(row)
    if (row && this.current) this.link(row).click()
  }

  focus(row) {
    if (!row) return
    for (const other of this.rows) this.link(other).tabIndex = -1
    this.link(row).tabIndex = 0
    this.link(row).focus({ preventScroll: true })
    row.scrollIntoView({ block: "nearest" })
  }

  beside(row, step) {
    return row ? this.rows[this.rows.indexOf(row) + step] : this.rows[0]
  }

  link(row) {
    return row.querySelector("a.name")
  }

  get rows() {
    return [...this.element.querySelectorAll(":scope > .row[data-id]")]
  }

  get current() {
    return this.rows.find((row) => this.link(row).hasAttribute("aria-current"))
  }

  get focused() {
    return this.rows.find((row) => row.contains(document.activeElement))
  }
}

// Finds conversations while one types: the list shows what was found until the search ends. The address keeps the words,
// so that a reload and the browser's back show the same.
//
// @example
// <section data-controller="list search" data-list-url-value="…/rows/?view=mine">
//   <button data-search-target="button" data-action="search#toggle" aria-expanded="false">Search</button>
//   <form data-search-target="form" data-action="submit->search#submit" hidden>
//     <input data-search-target="field" data-action="input->search#typed keydown.esc->search#close:stop"></form>
//   <ol data-list-target="rows">…</ol></section>
import { Controller } from "stimulus"
import { request } from "lib/http"
import { parse } from "lib/fragments"

const PAUSE = 180

export default class extends Controller {
  static targets = ["button", "form", "field"]

  disconnect() {
    clearTimeout(this.timer)
  }

  toggle() {
    if (this.formTarget.hidden) this.open()
    else this.close()
  }

  open() {
    this.show(true)
    this.fieldTarget.focus()
  }

  close() {
    this.show(false)
    this.buttonTarget.focus()
    if (!this.fieldTarget.value) return
    this.fieldTarget.value = ""
    this.find()
  }

  show(shown) {
    this.formTarget.hidden = !shown
    this.buttonTarget.ariaExpanded = String(shown)
  }

  submit(event) {
    event.preventDefault()
    this.find()
  }

  typed() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.find(), PAUSE)
  }

  async find() {
    clearTimeout(this.timer)
    const words = this.fieldTarget.value.trim()
    const url = this.worded(new URL(this.element.dataset.listUrlValue, location), words)
    this.element.dataset.listUrlValue = url.pathname + url.search
    history.replaceState(history.state, "", this.worded(new URL(location), words))
    const answer = await request(url).catch(() => null)
    if (!answer || words !== this.fieldTarget.value.trim()) return
    this.rows.replaceChildren(parse(answer.html))
    window.htmx.process(this.rows)
    this.dispatch("found")
  }

  worded(url, words) {
    if (words) url.searchParams.set("q", words)
    else url.searchParams.delete("q")
    return url
  }

  get rows() {
    return this.element.querySelector("[data-list-target=rows]")
  }
}

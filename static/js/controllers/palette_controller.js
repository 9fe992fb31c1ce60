// Ctrl/⌘ K: every named control and link of the page, found by a part of its name; what is no command is looked for
// among the customers. A hidden control is no command.
//
// @example
// <dialog data-controller="palette" data-action="keydown@document->palette#summon keydown->palette#walk"
//   data-palette-find-value="Search customers for" data-palette-home-value="/w/acme/inbox/">
//   <input data-palette-target="field" data-action="input->palette#draw"> <ul data-palette-target="list"></ul>
//   <template data-palette-target="row"><li role="option"><span data-name></span><kbd></kbd></li></template></dialog>
import { Controller } from "stimulus"

// What one reads comes before what surrounds it.
const COMMANDS = [".thread .bar [aria-keyshortcuts], .modes button, .thread .bar a[aria-label]", ".list .bar button, .tabs a", ".thread .menu .choice", ".rail a[href]", ".menu .choice, [data-command]"]
const MOST = 9
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

export default class extends Controller {
  static targets = ["field", "list", "row"]
  static values = { find: String, home: String }

  summon(event) {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
    event.preventDefault()
    if (this.element.open) return this.element.close()
    this.commands = this.gathered()
    this.fieldTarget.value = ""
    this.element.showModal()
    this.draw()
  }

  gathered() {
    const named = new Map()
    for (const control of COMMANDS.flatMap((selector) => [...document.querySelectorAll(selector)])) {
      const words = control.getAttribute("aria-label") ?? (control.querySelector(".tip") ?? control).textContent
      const name = words.replace(/\s+/g, " ").trim()
      const shown = control.checkVisibility() || control.closest("[popover]")
      if (name && shown && !control.disabled && !named.has(plain(name))) named.set(plain(name), { name, control })
    }
    return [...named.values()]
  }

  draw() {
    const words = this.fieldTarget.value.trim()
    const parts = plain(words).split(/\s+/)
    this.found = this.commands.filter(({ name }) => parts.every((part) => plain(name).includes(part))).slice(0, MOST)
    if (words) this.found.push({ name: `${this.findValue} “${words}”`, words })
    this.listTarget.replaceChildren(...this.found.map((command, i) => this.line(command, i)))
    this.select(0)
  }

  line({ name, control }, i) {
    const row = this.rowTarget.content.firstElementChild.cloneNode(true)
    const key = control?.getAttribute("aria-keyshortcuts")
    row.id = `palette-${i}`
    row.querySelector("[data-name]").textContent = name
    if (key) row.querySelector("kbd").textContent = key
    else row.querySelector("kbd").remove()
    return row
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) this.select((this.at + step + this.found.length) % this.found.length)
    else if (event.key === "Enter" && !event.isComposing) this.run(this.found[this.at])
    else return
    event.preventDefault()
  }

  select(at) {
    this.at = at
    for (const [i, row] of [...this.listTarget.children].entries()) row.ariaSelected = String(i === at)
    this.listTarget.children[at]?.scrollIntoView({ block: "nearest" })
    this.fieldTarget.setAttribute("aria-activedescendant", `palette-${at}`)
  }

  pick({ target }) {
    const row = target.closest("[role=option]")
    if (row) this.run(this.found[[...this.listTarget.children].indexOf(row)])
  }

  run(command) {
    if (!command) return
    this.element.close()
    if (command.words) location.assign(`${this.homeValue}?q=${encodeURIComponent(command.words)}`)
    else command.control.click()
  }

  outside({ target }) {
    if (target === this.element) this.element.close()
  }

  closed() {
    this.listTarget.replaceChildren()
  }
}

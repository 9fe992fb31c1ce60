// The panel beside a thread: on a wide page a column that folds away and stays so, else a drawer that the address
// (#panel) opens, so that "back" closes it.
//
// @example
// <div class="app" data-controller="panel" data-action="shortcut:escape@window->panel#escape">
//   <a href="#panel" data-action="panel#toggle">Contact</a> <aside id="panel">…<a href="#thread" data-action="panel#toggle">Hide</a></aside>
import { Controller } from "stimulus"

const YEAR = 365 * 24 * 3600

export default class extends Controller {
  toggle(event) {
    if (!matchMedia("(width >= 1200px)").matches) return this.drawer(event)
    event.preventDefault()
    const { dataset } = document.documentElement
    if (dataset.panel === "closed") delete dataset.panel
    else dataset.panel = "closed"
    document.cookie = `panel=${dataset.panel ?? "open"}; path=/; max-age=${YEAR}; samesite=lax`
    if (dataset.panel === "closed") this.opener?.focus()
  }

  /** The link's own address opens and closes it; the keyboard follows. */
  drawer({ currentTarget }) {
    const target = currentTarget.hash === "#panel" ? "#panel" : null
    requestAnimationFrame(() => (target ? document.querySelector("#panel a, #panel button") : this.opener)?.focus())
  }

  escape() {
    if (location.hash !== "#panel") return
    location.hash = "#thread"
    this.opener?.focus()
  }

  get opener() {
    return this.element.querySelector('.end a[href="#panel"], a[href="#panel"]')
  }
}

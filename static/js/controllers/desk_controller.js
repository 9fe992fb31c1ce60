// Opens conversations beside the list without leaving the page; the address always says which one is open.
//
// @example
// <div class="app desk" data-controller="desk" data-desk-home-value="/w/acme/inbox/"
//      data-action="popstate@window->desk#restore live:refused->desk#leave thread:stale->desk#refresh">
//   <ol data-action="click->desk#open"><li><a class="name" href="/w/acme/conversations/7/">…</a></li></ol>
//   <div id="conversation" >…</div>
//   <template data-desk-target="waiting">…</template> <template data-desk-target="failed">…</template></div>
import { Controller } from "stimulus"
import { request } from "lib/http"
import { parse } from "lib/fragments"
import { fill } from "lib/times"

const PATIENCE = 200 // a skeleton for less would only blink
const CALM = 1_000

export default class extends Controller {
  static targets = ["waiting", "failed", "none"]
  static values = { home: String }

  connect() {
    this.path = location.pathname
  }

  /** A click on a conversation's link, or on the row that the link stretches over. */
  open(event) {
    const link = event.target.closest("a.name")
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    this.visit(link.pathname)
  }

  chosen({ detail: { path } }) {
    this.visit(path)
  }

  visit(path) {
    if (path === this.path) return this.dispatch("shown", { detail: { path } })
    history.pushState({}, "", path + location.search)
    return this.show(path)
  }

  restore() {
    if (location.pathname !== this.path) this.show(location.pathname) // else only the fragment: the panel
  }

  back(event) {
    event.preventDefault()
    this.home()
  }

  home() {
    this.visit(this.homeValue)
  }

  leave({ target }) {
    if (target.id === "conversation") this.home()
    else location.reload()
  }

  retry() {
    this.show(location.pathname)
  }

  async show(path) {
    this.path = path
    this.dispatch("moved", { detail: { path } })
    if (path === this.homeValue) return this.put(this.noneTarget.content.firstElementChild.cloneNode(true))
    const waiting = setTimeout(() => this.path === path && this.put(this.drawn("waiting")), PATIENCE)
    try {
      const { html } = await request(path + location.search)
      if (this.path === path) this.put(parse(html).querySelector("#conversation"))
    } catch (refused) {
      if (this.path === path) this.put(this.drawn("failed"))
    } finally {
      clearTimeout(waiting)
    }
    this.dispatch("shown", { detail: { path } })
  }

  drawn(name) {
    const element = this.noneTarget.content.firstElementChild.cloneNode(false)
    element.append(this[`${name}Target`].content.cloneNode(true))
    return element
  }

  put(element) {
    document.getElementById("conversation").replaceWith(element)
    const name = element.querySelector("[data-title]")?.dataset.title ?? this.element.dataset.title
    this.dispatch("title", { detail: { name } })
  }

  /** The head and the state of the window changed on the server; the thread and what one types stay as they are. */
  refresh() {
    this.stale ??= setTimeout(() => this.redraw(), CALM * Math.random())
  }

  async redraw() {
    this.stale = null
    const path = this.path
    const { html } = await request(path + location.search).catch(() => ({}))
    if (!html || this.path !== path) return
    const fresh = parse(html)
    this.swap("#thread-head", fresh)
    const dock = (root) => root.querySelector("#dock")?.dataset.locked
    this.swap(dock(fresh) === dock(document) ? "#window" : "#dock", fresh)
  }

  swap(selector, fresh) {
    const old = document.querySelector(selector)
    if (old && !old.querySelector("[popover]:popover-open")) old.replaceWith(fresh.querySelector(selector) ?? "")
  }
}

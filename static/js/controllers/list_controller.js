// Keeps the rows of a list true: a nudge names what changed, the list asks for it at most once a second, and puts
// each row where its time says. While the pointer moves over the list new order waits, so no row jumps under it.
//
// @example
// <section data-controller="list live" data-list-url-value="/w/acme/inbox/rows/?view=mine"
//          data-action="live:frame->list#frame live:catchup->list#catchUp">
//   <ol data-list-target="rows" data-action="pointermove->list#pointed pointerleave->list#settle">…</ol></section>
import { Controller } from "stimulus"
import { request } from "lib/http"
import { parse, patch, placeDownwards } from "lib/fragments"

const PACE = 1_000, JITTER = 250, MOST = 50, MOMENT = 1_200

export default class extends Controller {
  static targets = ["rows"]
  static values = { url: String }

  asked = new Set()
  late = new Map()
  last = 0

  disconnect() {
    clearTimeout(this.timer)
    clearTimeout(this.still)
  }

  frame({ detail: { nudge } }) {
    for (const id of nudge ?? []) this.asked.add(String(id))
    if (this.asked.size) this.timer ??= setTimeout(() => this.ask(), Math.max(0, this.last + PACE - Date.now()) + Math.random() * JITTER)
  }

  /** Reading changes no row for the others, so no nudge tells my own counters. */
  read({ detail: { id } }) {
    this.frame({ detail: { nudge: [id] } })
  }

  async ask() {
    this.last = Date.now()
    this.timer = null
    const ids = [...this.asked].slice(0, MOST)
    for (const id of ids) this.asked.delete(id)
    const answer = await request(this.address({ ids: ids.join(",") })).catch(() => null)
    if (answer) this.take(parse(answer.html))
    this.frame({ detail: {} }) // a failed ask is made good by the next catch-up
  }

  /** The first page again: whoever is newer than its last row and not in it has left this view. */
  async catchUp() {
    const answer = await request(this.address({})).catch(() => null)
    if (!answer || !this.element.isConnected) return
    const page = parse(answer.html)
    const rows = [...page.querySelectorAll(".row[data-id]")]
    const oldest = page.querySelector(".more") ? rows.at(-1)?.dataset.at : ""
    const here = new Set(rows.map((row) => row.id))
    for (const row of this.rows) if (row.dataset.at >= oldest && !here.has(row.id)) this.forget(row.id)
    this.take(page)
    if (rows.length) this.frame({ detail: { nudge: [rows[0].dataset.id] } }) // the counters come with rows asked for by id
  }

  take(fragment) {
    for (const gone of fragment.querySelectorAll("template[data-gone]")) this.forget(`row-${gone.dataset.gone}`)
    for (const fresh of fragment.querySelectorAll(".row[data-id]")) this.put(fresh)
    const counters = fragment.querySelector("template[data-counters]")
    for (const counter of counters?.content.children ?? []) document.getElementById(counter.id)?.replaceWith(counter.cloneNode(true))
    if (!this.held) this.settle()
    this.dispatch("drawn")
  }

  put(fresh) {
    const old = document.getElementById(fresh.id)
    if (old && Number(old.dataset.rev) > Number(fresh.dataset.rev)) return
    const moved = !old || old.dataset.at !== fresh.dataset.at
    const focused = old?.contains(document.activeElement)
    if (old) patch(old, fresh)
    if (focused) old.querySelector("a.name").focus({ preventScroll: true })
    if (moved) this.late.set(fresh.id, old ?? fresh)
  }

  forget(id) {
    document.getElementById(id)?.remove()
    this.late.delete(id)
  }

  pointed() {
    this.held = true
    clearTimeout(this.still)
    this.still = setTimeout(() => this.settle(), MOMENT)
  }

  settle() {
    this.held = false
    if (!this.late.size) return
    const focused = document.activeElement
    for (const row of this.late.values()) placeDownwards(this.rowsTarget, row, ".row")
    this.late.clear()
    if (this.rowsTarget.contains(focused)) focused.focus({ preventScroll: true })
    this.dispatch("drawn")
  }

  /** A page came in by scrolling: a row that a nudge had brought before is not shown twice. */
  tidy() {
    const seen = new Set()
    for (const row of this.rows) {
      if (seen.has(row.id)) row.remove()
      seen.add(row.id)
    }
    this.dispatch("drawn")
  }

  address(query) {
    const url = new URL(this.urlValue, location)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return url
  }

  get rows() {
    return this.rowsTarget.querySelectorAll(":scope > .row[data-id]")
  }
}

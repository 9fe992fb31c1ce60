// Assigns, closes and reopens from wherever there is a control for it; says what was done and offers to undo it.
//
// @example
// <div data-controller="work">
//   <button data-action="work#assign" data-work-url-param="…/7/assignment/" data-work-member-param="3" data-work-before-param="">…</button>
//   <button data-action="work#close" data-work-url-param="…/7/closure/">Close</button></div>
import { Controller } from "stimulus"
import { request, toast } from "lib/http"
import { parse } from "lib/fragments"

export default class extends Controller {
  assign({ params: { url, member, before }, currentTarget }) {
    if (String(member ?? "") === String(before ?? "")) return
    this.preview(currentTarget)
    this.put(url, { member }, () => toast(member ? "assigned" : "unassigned", { undo: () => this.put(url, { member: before }) }))
  }

  /** To a team; whoever had it may lose it by that, so undoing gives both back. */
  pass({ params: { url, team, teamBefore, before }, currentTarget }) {
    if (currentTarget.getAttribute("aria-checked") === "true") team = ""
    this.put(url, { team }, () => toast("passed", { undo: () => this.put(url, { team: teamBefore, member: before }) }))
  }

  /** A row is drawn for everybody, so "me" is known here only. */
  assignMe({ params: { url, before } }) {
    const { member } = document.body.dataset
    this.put(url, { member }, () => toast("assigned", { undo: () => this.put(url, { member: before }) }))
  }

  put(url, wanted, done) {
    const form = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, value ?? ""]))
    return this.ask(url, { method: "PUT", form }, done)
  }

  close({ params: { url } }) {
    this.ask(url, { method: "POST" }, () => toast("closed", { undo: () => this.reopen({ params: { url } }) }))
  }

  reopen({ params: { url } }) {
    this.ask(url, { method: "DELETE" })
  }

  unread({ params: { url } }) {
    this.ask(url, { method: "DELETE" }, () => this.dispatch("left"))
  }

  async ask(url, options, done) {
    const head = document.getElementById("thread-head")
    try {
      const { html } = await request(url, options)
      this.redraw(parse(html))
      done?.()
    } catch {
      toast("failed")
      if (head?.isConnected && this.shown) head.replaceWith(this.shown)
    }
    this.shown = null
  }

  /** The answer is the head of the thread; it is put in if that thread is still the open one. */
  redraw(fragment) {
    const fresh = fragment.querySelector("#thread-head"), old = document.getElementById("thread-head")
    if (fresh && old && fresh.dataset.id === old.dataset.id) old.replaceWith(fresh)
  }

  /** Shows the choice before the server agrees; the head as it was is kept for when it does not. */
  preview(choice) {
    const head = choice.closest("#thread-head")
    if (!head) return
    this.shown = head.cloneNode(true)
    const face = choice.querySelector(".avatar").cloneNode(true)
    face.classList.add("s20")
    head.querySelector("[data-assignee-face]").replaceChildren(face)
    head.querySelector("[data-assignee-name]").textContent = choice.dataset.name
  }
}

// Answering a message in particular: hands what was picked to the composer, and finds what an answer answered.
//
// @example
// <div role="log" data-controller="quoting"><article class="message" id="message-…" data-id="9" data-name="Mariana">
//   <button data-action="quoting#pick">Reply</button> <button data-action="quoting#seek" data-to="message-…">…</button></article></div>
import { Controller } from "stimulus"

const LIT = 1_500

export default class extends Controller {
  pick({ currentTarget }) {
    const { dataset, id } = currentTarget.closest(".message")
    this.dispatch("picked", { detail: { id: dataset.id, to: id, name: dataset.name, words: dataset.excerpt } })
  }

  seek({ currentTarget }) {
    const message = document.getElementById(currentTarget.dataset.to)
    if (!message) return
    message.scrollIntoView({ block: "center" })
    message.classList.add("found")
    setTimeout(() => message.classList.remove("found"), LIT)
  }
}

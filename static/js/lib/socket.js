// A socket that comes back: jittered back-off from half a second to thirty, at once when the machine wakes.
const FIRST = 500, LONGEST = 30_000
const FORBIDDEN = 4403

export class LiveSocket {
  constructor(path, { frame, open, lost, refused }) {
    this.url = path.replace(/^/, `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`)
    this.on = { frame, open, lost, refused }
    this.tries = 0
    this.stopped = false
  }

  connect() {
    clearTimeout(this.timer)
    if (this.stopped || this.socket) return
    const socket = (this.socket = new WebSocket(this.url))
    socket.addEventListener("open", () => {
      this.tries = 0
      this.on.open()
    })
    socket.addEventListener("message", ({ data }) => this.on.frame(JSON.parse(data)))
    socket.addEventListener("close", ({ code }) => this.closed(socket, code))
  }

  closed(socket, code) {
    if (socket !== this.socket) return
    this.socket = null
    if (this.stopped) return
    if (code === FORBIDDEN) {
      this.stopped = true
      return this.on.refused()
    }
    this.on.lost()
    const ceiling = Math.min(LONGEST, FIRST * 2 ** this.tries++)
    this.timer = setTimeout(() => this.connect(), FIRST / 2 + Math.random() * ceiling)
  }

  /** The network is back or the machine woke: a socket from before may be dead without knowing it. */
  wake() {
    if (this.socket?.readyState === WebSocket.OPEN) return
    this.drop()
    this.tries = 0
    this.connect()
  }

  drop() {
    const socket = this.socket
    this.socket = null
    socket?.close()
  }

  stop() {
    this.stopped = true
    clearTimeout(this.timer)
    this.drop()
  }
}

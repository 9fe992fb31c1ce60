// Two soft notes. A browser lets a page sound only after a gesture, so the first one opens the way.
let audio = null

export function awaken() {
  audio ??= new AudioContext()
  if (audio.state === "suspended") audio.resume()
}

/** Answers whether it could be heard. `volume`: 0 to 1. */
export function chime(volume) {
  if (audio?.state !== "running" || volume <= 0) return false
  const start = audio.currentTime
  for (const [i, pitch] of [660, 880].entries()) {
    const tone = new OscillatorNode(audio, { type: "sine", frequency: pitch })
    const gain = new GainNode(audio, { gain: 0 })
    const at = start + i * 0.12
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(volume * 0.3, at + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.35)
    tone.connect(gain).connect(audio.destination)
    tone.start(at)
    tone.stop(at + 0.4)
  }
  return true
}

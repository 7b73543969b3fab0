// What the desk's page can do outside of its components: be heard, be seen in the tab's
// title, and put the cursor where the officer writes.
window.wenjing = (() => {
  let audio = null;
  // Browsers allow sound only after the officer has touched the page.
  const unlock = () => {
    audio ??= new AudioContext();
    audio.resume();
  };
  addEventListener("pointerdown", unlock);
  addEventListener("keydown", unlock);

  const tone = (pitch, start, seconds) => {
    if (audio?.state !== "running") return;
    const wave = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + start;
    wave.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
    volume.gain.linearRampToValueAtTime(0, at + seconds);
    wave.connect(volume).connect(audio.destination);
    wave.start(at);
    wave.stop(at + seconds);
  };

  return {
    alarm: () => [0, 0.25, 0.5].forEach((start) => tone(880, start, 0.2)),
    chime: () => [660, 880].forEach((pitch, step) => tone(pitch, step * 0.15, 0.2)),
    count: (waiting, urgent) => {
      const plain = document.title.replace(/^(‼ )?(\(\d+\) )?/, "");
      document.title = (urgent ? "‼ " : "") + (waiting ? `(${waiting}) ` : "") + plain;
    },
    write: () =>
      setTimeout(() => {
        const field = document.querySelector(".reply textarea");
        field?.focus();
        field?.setSelectionRange(field.value.length, field.value.length);
        if (field) field.scrollTop = field.scrollHeight;
      }, 50),
  };
})();

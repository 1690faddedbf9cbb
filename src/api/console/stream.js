// SPDX-License-Identifier: Apache-2.0
/*
 * One stream for the whole page: what is seen now, as fairlead tells it. It is a fetch, since an
 * EventSource cannot sign; it is closed while the tab is hidden, and made again when it breaks.
 */
import {lines, open, withQuery} from "./api.js";
import {clockTold, now} from "./text.js";

const SILENCE_MS = 9000; /* fairlead says something every 5 s */
const LONGEST_WAIT_MS = 8000;

export class Stream {
  /* on: {overview, group, event, back, refused} */
  constructor(on) {
    this.on = on;
    this.topics = [];
    this.state = "connecting"; /* live, paused, lost, refused */
    this.isPaused = false;
    this.isWaiting = false; /* until the next try */
    this.lastHeard = now();
    this.tries = 0;
    document.addEventListener("visibilitychange", () => this.apply());
  }

  /* What the page wants to hear from now on. */
  follow(topics) {
    if (topics.join() === this.topics.join() && this.control)
      return;
    this.topics = topics;
    this.restart();
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    this.apply();
  }

  restart() {
    this.close();
    this.apply();
  }

  get lostSeconds() {
    return (now() - this.lastHeard) / 1000;
  }

  apply() {
    const isWanted = !this.isPaused && !document.hidden && this.topics.length > 0;
    if (!isWanted) {
      this.close();
      this.state = "paused";
    } else if (!this.control && !this.isWaiting) {
      this.run();
    }
  }

  close() {
    clearTimeout(this.timer);
    this.control?.abort();
    this.control = null;
    this.isWaiting = false;
  }

  async run() {
    const control = this.control = new AbortController();
    if (this.state === "paused")
      this.state = "connecting";
    this.watch(control);
    try {
      const path = withQuery("/v1/stream", {topics: this.topics.join()});
      const response = await open("GET", path, {signal: control.signal});
      for await (const line of lines(response))
        if (this.control === control)
          this.take(line, control);
    } catch (error) {
      if (this.control === control && error.needsKey) {
        this.close();
        this.state = "refused";
        this.on.refused(error);
        return;
      }
    }
    if (this.control === control)
      this.again();
  }

  /* Silence is a lost connection, too. */
  watch(control) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.control === control && this.again(), SILENCE_MS);
  }

  again() {
    this.close();
    this.state = "lost";
    this.isWaiting = true;
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.tries++);
    this.timer = setTimeout(() => {
      this.isWaiting = false;
      this.apply();
    }, wait);
  }

  take(line, control) {
    const wasLost = this.state !== "live";
    this.state = "live";
    this.tries = 0;
    if (line.Topic === "overview")
      clockTold(line.Data.Time);
    this.lastHeard = now();
    this.watch(control);
    if (wasLost)
      this.on.back();
    if (line.Topic === "overview")
      this.on.overview(line.Data);
    else if (line.Topic === "event")
      this.on.event(line.Data);
    else if (line.Topic?.startsWith("group:"))
      this.on.group(line.Topic.slice(6), line.Data);
  }
}

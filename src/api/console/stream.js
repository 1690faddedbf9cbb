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
    this.tries = 0;
    this.lastHeard = now();
    document.addEventListener("visibilitychange", () => this.apply());
  }

  /* What the page wants to hear from now on. */
  follow(topics) {
    if (topics.join() !== this.topics.join()) {
      this.topics = topics;
      this.restart();
    }
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
    if (this.isPaused || document.hidden) {
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
    if (this.state !== "live" && this.state !== "lost")
      this.state = "connecting";
    this.watch();
    try {
      const response = await open("GET", withQuery("/v1/stream", {topics: this.topics.join()}), {signal: control.signal});
      for await (const line of lines(response))
        if (this.control === control)
          this.take(line);
    } catch (error) {
      if (this.control === control && error.needsKey) {
        this.close();
        this.state = "refused";
        this.on.refused();
      }
    }
    if (this.control === control)
      this.again();
  }

  /* Silence is a lost connection, too. */
  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), SILENCE_MS);
  }

  again() {
    this.close();
    this.state = "lost";
    this.isWaiting = true;
    this.timer = setTimeout(() => {
      this.isWaiting = false;
      this.apply();
    }, Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.tries++));
  }

  take({Topic, Data}) {
    const wasLive = this.state === "live";
    this.state = "live";
    this.tries = 0;
    if (Topic === "overview")
      clockTold(Data.Time);
    this.lastHeard = now();
    this.watch();
    if (!wasLive)
      this.on.back();
    if (Topic.startsWith("group:"))
      this.on.group(Topic.slice(6), Data);
    else
      this.on[Topic]?.(Data);
  }
}

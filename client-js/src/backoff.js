// backoff.js: how long to wait before the next try.

/**
 * @param {number} min milliseconds
 * @param {number} max milliseconds
 * @param {number} attempt 0 for the first
 * @param {number} jitter the part of it by which it is longer or shorter, at random
 * @returns {number} milliseconds
 */
export function backoff(min, max, attempt, jitter) {
  var ms = Math.min(min * Math.pow(2, attempt), max);
  return Math.floor(Math.min(ms * (1 + jitter * (Math.random() * 2 - 1)), max));
}

/** Minutes that this machine is ahead of UTC at a time (seconds since 1970 UTC). */
export function localZone(sec: number): number {
  return -new Date(sec * 1000).getTimezoneOffset();
}

/** Ceph's options that OSDs and monitor must agree on, with the defaults of 16.2. Seconds. */

/** How long an OSD may stay unheard. */
export const OSD_HEARTBEAT_GRACE = 20;

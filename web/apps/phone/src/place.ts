import { texts } from "./texts";

/** Where "share a location" is. */
export const SAMPLE_PLACE = { latitude: 52.52191, longitude: 13.41321, name: texts.sampleLocation };

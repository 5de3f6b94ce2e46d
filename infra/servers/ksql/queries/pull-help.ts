/** Ends what ksqlDB says of a pull query that it does not answer. */
export const PULL_HELP =
  " See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.";

/** The edge of the API's functions: requests, answers, problems and the job as a document. */
@NullMarked
package dev.sluice.rest;

import org.jspecify.annotations.NullMarked;

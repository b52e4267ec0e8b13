// Trainings: a message starts a job, which works until the queue is empty and is gone.
param location string
param tags object
param environmentId string
param workloadProfile string
param image string
param registryServer string
param identityId string
param clientId string
param storageAccount string
param cpu string
param memory string
param queues array

@description('cpu or cuda: what the image was built for.')
param device string
param otlpEndpoint string

@description('delta or cumulative: what the collector behind that endpoint wants of counters and histograms.')
param metricTemporality string

var settings = [
  { name: 'AzureWebJobsStorage__blobServiceUri', value: 'https://${storageAccount}.blob.${az.environment().suffixes.storage}' }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: 'https://${storageAccount}.queue.${az.environment().suffixes.storage}' }
  { name: 'AzureWebJobsStorage__clientId', value: clientId }
  { name: 'OTEL_SERVICE_NAME', value: 'roadseg-trainer' }
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: otlpEndpoint }
  { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: 'http/protobuf' }
  { name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', value: metricTemporality }
]

resource job 'Microsoft.App/jobs@2025-01-01' = {
  name: 'roadseg-trainer'
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: workloadProfile
    configuration: {
      triggerType: 'Event'
      // A day; a training that is cut off goes on from its last checkpoint.
      replicaTimeout: 86400
      replicaRetryLimit: 1
      eventTriggerConfig: {
        parallelism: 1
        replicaCompletionCount: 1
        scale: {
          minExecutions: 0
          maxExecutions: 1
          pollingInterval: 60
          rules: [for queue in queues: {
            name: queue
            type: 'azure-queue'
            metadata: {
              accountName: storageAccount
              queueName: queue
              queueLength: '1'
            }
            identity: identityId
          }]
        }
      }
      registries: [{ server: registryServer, identity: identityId }]
    }
    template: {
      containers: [
        {
          name: 'trainer'
          image: image
          args: ['work', '--until-empty', '--folder', '/work', '--device', device]
          resources: {
            cpu: json(cpu)
            memory: memory
          }
          env: settings
        }
      ]
    }
  }
}

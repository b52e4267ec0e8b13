// One role of the function app: the same image and settings, other functions switched off. An ordinary container app with scale rules of its own:
// docs/decisions/0020-functions-on-container-apps.md says why it is not of kind functionapp.
param name string
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
param minReplicas int
param maxReplicas int

@description('Whether the internet reaches it.')
param external bool
param disabledFunctions array

@description('How long an idle queue of this role may wait to be looked at, hh:mm:ss.fff. Each look is a storage transaction.')
param pollingInterval string

@description('Queues whose messages need a replica.')
param wakingQueues array
param messagesPerReplica int
param model string
param callers string
param labellingKeys string
param privacy string
param redact string
@secure()
param labelStudio string
param allowedOrigins string
param operators string
@secure()
param webhookSecrets string
param keepUploadsDays int
param keepResultsDays int
param otlpEndpoint string

@description('delta or cumulative: what the collector behind that endpoint wants of counters and histograms.')
param metricTemporality string

var blobService = 'https://${storageAccount}.blob.${az.environment().suffixes.storage}'
var queueServiceUri = 'https://${storageAccount}.queue.${az.environment().suffixes.storage}'

var settings = [
  { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'dotnet-isolated' }
  { name: 'AzureFunctionsJobHost__extensions__queues__maxPollingInterval', value: pollingInterval }
  { name: 'AzureWebJobsStorage__blobServiceUri', value: blobService }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: queueServiceUri }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: clientId }
  // Of the app's name, not of the machine's, which is another for each replica: its leases, timers and keys go by it.
  { name: 'AzureFunctionsWebHost__hostid', value: name }
  { name: 'ROADSEG_KEEP_UPLOADS', value: '${keepUploadsDays}.00:00:00' }
  { name: 'ROADSEG_KEEP_RESULTS', value: '${keepResultsDays}.00:00:00' }
  { name: 'ROADSEG_MODEL', value: model }
  { name: 'ROADSEG_CALLERS', value: callers }
  { name: 'ROADSEG_LABELLING_KEYS', value: labellingKeys }
  { name: 'ROADSEG_PRIVACY', value: privacy }
  { name: 'ROADSEG_REDACT', value: redact }
  { name: 'ROADSEG_ALLOWED_ORIGINS', value: allowedOrigins }
  { name: 'ROADSEG_OPERATORS', value: operators }
  // A container of this size has 8 GiB of disk.
  { name: 'ROADSEG_INGEST_UNPACKED', value: '6442450944' }
  { name: 'OTEL_SERVICE_NAME', value: name }
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: otlpEndpoint }
  { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: 'http/protobuf' }
  { name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', value: metricTemporality }
]
var webhookSettings = empty(webhookSecrets) ? [] : [{ name: 'ROADSEG_WEBHOOK_SECRETS', secretRef: 'webhook-secrets' }]
var labelStudioSettings = empty(labelStudio) ? [] : [{ name: 'ROADSEG_LABEL_STUDIO', secretRef: 'label-studio' }]
var roleSettings = [for function in disabledFunctions: { name: 'AzureWebJobs_${function}_Disabled', value: '1' }]

var queueRules = [for queue in wakingQueues: {
  name: queue
  custom: {
    type: 'azure-queue'
    metadata: {
      accountName: storageAccount
      queueName: queue
      queueLength: string(messagesPerReplica)
    }
    identity: identityId
  }
}]
var httpRules = external ? [{ name: 'http', http: { metadata: { concurrentRequests: '100' } } }] : []

resource app 'Microsoft.App/containerApps@2025-01-01' = {
  name: name
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
      activeRevisionsMode: 'Single'
      ingress: {
        external: external
        targetPort: 8080
        transport: 'auto'
        allowInsecure: false
      }
      registries: [{ server: registryServer, identity: identityId }]
      secrets: concat(
        empty(webhookSecrets) ? [] : [{ name: 'webhook-secrets', value: webhookSecrets }],
        empty(labelStudio) ? [] : [{ name: 'label-studio', value: labelStudio }])
    }
    template: {
      // As long as a message may take: what a leaving replica works on is finished.
      terminationGracePeriodSeconds: 600
      containers: [
        {
          name: 'functions'
          image: image
          resources: {
            cpu: json(cpu)
            memory: memory
          }
          env: concat(settings, webhookSettings, labelStudioSettings, roleSettings)
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/health/live', port: 8080 }
              periodSeconds: 20
              timeoutSeconds: 5
              failureThreshold: 10
            }
            {
              type: 'Liveness'
              httpGet: { path: '/health/live', port: 8080 }
              periodSeconds: 30
              // A process with all its cores busy on photos is slow to answer, and alive.
              timeoutSeconds: 5
              failureThreshold: 3
            }
            {
              type: 'Readiness'
              httpGet: { path: '/health/ready', port: 8080 }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 3
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: concat(httpRules, queueRules)
      }
    }
  }
}
